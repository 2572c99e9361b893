"""Days closed: in shards, with the tape of the day, its standing accrual and its control totals."""
