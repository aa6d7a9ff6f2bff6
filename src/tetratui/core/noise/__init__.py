"""Find what repeats among events: argument templates, noise groups, their period and their root cause."""
