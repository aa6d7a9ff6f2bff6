"""What verbs and screens share: the feed of events, views over them, and the operator's workspace."""
