"""What must stay visible: attack samples, evasions, detections."""
