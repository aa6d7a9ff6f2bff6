"""Write Wazuh rules and agent configuration from exclusions."""
