"""One input check a file; a new file is found without editing anything."""
