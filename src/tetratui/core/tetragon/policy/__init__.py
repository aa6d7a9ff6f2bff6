"""Write TracingPolicies."""
