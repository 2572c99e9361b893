"""Classes that follow from days past due: M-buckets, short, mid and long, and the five-class."""

BUCKET_DAYS = 30
BUCKET_LAST = 7
SHORT_FROM, MID_FROM, LONG_FROM = 1, 31, 91
SPECIAL_MENTION_FROM, SUBSTANDARD_FROM, DOUBTFUL_FROM, LOSS_FROM = 1, 91, 271, 361


def bucket(past_due_days: int) -> int:
    """Give the M-bucket: 0 not late, 1 for 1-30 days, … 6 for 151-180, 7 for 181 and over."""
    return min((past_due_days + BUCKET_DAYS - 1) // BUCKET_DAYS, BUCKET_LAST)


def overdue_class(past_due_days: int) -> str:
    """Give none, short (1-30 days past due), mid (31-90) or long (91 and over)."""
    if past_due_days < SHORT_FROM:
        return "none"
    if past_due_days < MID_FROM:
        return "short"
    return "mid" if past_due_days < LONG_FROM else "long"


def five_class(past_due_days: int, tolerance_days: int = 0) -> str:
    """Give the five-class by days past due alone; a technical delay up to `tolerance_days` stays normal.

    Asset risk classification (CBIRC and PBOC Order 2023 No. 1): special mention when overdue, substandard over 90 days, doubtful over
    270, loss over 360.
    """
    if past_due_days < SPECIAL_MENTION_FROM or past_due_days <= tolerance_days:
        return "normal"
    if past_due_days < SUBSTANDARD_FROM:
        return "special-mention"
    if past_due_days < DOUBTFUL_FROM:
        return "substandard"
    return "doubtful" if past_due_days < LOSS_FROM else "loss"
