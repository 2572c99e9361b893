"""Which treatment for which customer: assignment under capacity and contact rules, honest effects, and what it really gained."""
