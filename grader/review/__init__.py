"""Points given by hand: a sheet to type them into, decisions on checks, and how they survive regrading."""
