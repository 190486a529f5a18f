"""What Dateline is measured by."""
