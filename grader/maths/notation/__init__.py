"""What students write: a formula in usual notation, in every usual reading of it."""
