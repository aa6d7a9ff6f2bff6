"""What repeats: argument templates, groups, their period and their root cause."""
