"""What is written for the operator: suppression rules and their proof, the set of files, the diff, the safe write."""
