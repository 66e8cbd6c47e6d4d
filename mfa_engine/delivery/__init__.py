"""Messages that leave the house: written as outbox rows in the transaction of the act, sent afterwards.

``outbox`` posts, sends and retries; ``email`` carries a message over SMTP. At least once: a message
whose sending was interrupted goes out again, an act that was rolled back sends nothing.
"""
