"""channelopt: optimiser for customer-service and sales channels."""

__version__ = "0.1.0"
