//! Where things lie in a case folder.

/// The folder in which a case's own index lies.
pub(crate) const INDEX: &str = "index";
