"""One run over a class: entries read, submissions graded, results stored, final points worked out."""
