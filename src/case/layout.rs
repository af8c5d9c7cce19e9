//! The layout of a case folder.

/// The folder of a case's own index.
pub(crate) const INDEX: &str = "index";
