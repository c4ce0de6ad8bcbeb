"""What a person decides on a check, in place of the judge: sheets to type it into, and how it outlives regrading."""
