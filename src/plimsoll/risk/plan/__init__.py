"""Plans that people can keep: what a borrower can pay, the menu of terms under it, and what each is worth beside doing without one."""
