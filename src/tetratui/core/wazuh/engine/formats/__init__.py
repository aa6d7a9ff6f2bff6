"""The formats the manager reads: log headers, its JSON, its XML, and the decoded event."""
