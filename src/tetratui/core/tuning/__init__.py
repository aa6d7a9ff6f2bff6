"""From marks to drafts: the ladder, impact, needles, risk."""
