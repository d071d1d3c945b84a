"""What a report says, as sentences and tables that every format shares."""
