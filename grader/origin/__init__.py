"""Where a course comes from: a folder, a git repository, an archive, or an installed package."""
