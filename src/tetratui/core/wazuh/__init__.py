"""Wazuh 4.x: an event as rules see it, rule files read, matched and written, and a manager to ask."""
