"""Sheets that people and platforms make: one reader of CSV for all of them."""
