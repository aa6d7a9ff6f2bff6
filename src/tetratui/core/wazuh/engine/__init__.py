"""Wazuh's analysis engine: decode an event, load rules, match them."""
