"""What operators see: log lines with a request id and no secret, health, incident numbers."""
