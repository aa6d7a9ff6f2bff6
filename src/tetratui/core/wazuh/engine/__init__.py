"""Emulate Wazuh's analysis engine: decode an event, load rule files, match the event against the rules."""
