"""What is written for the operator: twins and their proof, the set of files, the diff, the safe write."""
