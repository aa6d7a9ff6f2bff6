"""TracingPolicies."""
