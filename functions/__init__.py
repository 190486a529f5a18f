"""What Dateline does: one module per Lambda function, named after it."""
