"""Trade-offs: frontiers of key figures and plans nearly as good."""
