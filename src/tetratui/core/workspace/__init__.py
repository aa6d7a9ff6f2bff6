"""What verbs and screens share: the feed of events, views over them, previews, and the operator's workspace."""
