"""Formats that the agent and the manager read: log headers, JSON, XML, and the decoded event."""
