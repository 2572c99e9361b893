"""What is told of a borrower outside the house: records for the credit bureau, the notice before them, disputes, sanctions."""
