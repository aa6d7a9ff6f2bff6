"""What must stay visible under a draft: attack samples, evasions, detections."""
