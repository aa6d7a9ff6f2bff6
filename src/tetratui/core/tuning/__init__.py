"""From marked noise to drafts that an operator can answer for.

`marks` holds what the operator marked. `TuningContext` holds what all drafts of one table share. `scopes` says how
general a draft may be, `cover` suggests drafts, `learning` chooses the events that a draft may learn from, and `safety`
tries what a draft would hide that must stay visible. `draft_request` makes drafts without a screen.
"""
