"""Read a line that the compiled scan refuses: an event of another shape, or one in an envelope."""

from __future__ import annotations

from tetratui.core.events.lenient_reader import LONGEST_LINE, NotAnEventError, read_leniently


def read_refused(line: bytes) -> bytes:
    """Return what a line says in the usual shape; raise NotAnEventError with the reason if it holds no event.

    In a plain export file a line may be wrapped all the same, for example where two files were put together.
    """
    try:
        return read_leniently(line)
    except NotAnEventError as error:
        if not line.strip() or len(line) > LONGEST_LINE:
            raise
        # Imported here: a table over lines in memory needs no sources.
        from tetratui.core.sources.envelopes import explain_line, open_whole

        event = open_whole(line)
        if event is not None:
            return read_leniently(event)
        explanation = explain_line(line)
        raise NotAnEventError(explanation.reason if explanation else str(error)) from None


def take_off_envelope(line: bytes) -> bytes:
    """Return the event of a line that was read back; the line itself if it is one, as nearly all are."""
    if line.startswith(b'{"process_'):
        return line
    # Imported here: nearly no line needs it.
    from tetratui.core.sources import envelopes

    return envelopes.take_off_envelope(line)
