//! AWS CloudTrail: API calls, sign-ins, insights and digests.
//!
//! Source: "CloudTrail record contents", "CloudTrail userIdentity element" and
//! "CloudTrail digest file structure" in the AWS CloudTrail User Guide. What no
//! core field says is kept under `aws.cloudtrail.*`: CloudTrail's own names in
//! snake case, and below `requestParameters`, `responseElements` and their like
//! the names of the service that was called, as it writes them.

mod actor;
mod categorize;
mod outcome;
mod record;
mod summary;

pub use record::CloudTrail;
