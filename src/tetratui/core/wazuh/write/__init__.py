"""Write Wazuh rules and agent configuration from exclusions; nothing here reads or matches rules."""
