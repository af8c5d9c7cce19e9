//! Verifying a case, a bundle or a proof.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::case::verify as verify_case;
use crate::error::{Context, Error, Result, visible};
use crate::export::{BagReader, is_record_proof, verify_bundle, verify_record_proof};
use crate::fs;
use crate::journal::{AllowedSigners, Checkpoint};
use crate::verify::{Depth, Levels, TrustInputs, VerifyReport};

use super::Session;

/// Most bytes of a file in which a checkpoint was kept.
const MOST_ANCHOR: u64 = 16 << 20;

/// A check that a verification can be required to pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequiredCheck {
    /// Every byte was read and agrees with its hashes.
    Consistent,
    /// A key of the case signed to the journal's end.
    Signed,
    /// A time-stamp authority saw it.
    Anchored,
    /// It extends a checkpoint that was kept elsewhere.
    Extends,
}

impl RequiredCheck {
    /// All of them.
    pub const ALL: [RequiredCheck; 4] =
        [RequiredCheck::Consistent, RequiredCheck::Signed, RequiredCheck::Anchored, RequiredCheck::Extends];

    /// Returns its name.
    pub fn name(self) -> &'static str {
        match self {
            RequiredCheck::Consistent => "consistent",
            RequiredCheck::Signed => "signed",
            RequiredCheck::Anchored => "anchored",
            RequiredCheck::Extends => "extends",
        }
    }

    fn is_passed(self, levels: &Levels) -> bool {
        match self {
            RequiredCheck::Consistent => levels.consistent,
            RequiredCheck::Signed => levels.signed.is_some(),
            RequiredCheck::Anchored => levels.anchored.is_some(),
            RequiredCheck::Extends => levels.extends == Some(true),
        }
    }
}

impl FromStr for RequiredCheck {
    type Err = Error;

    fn from_str(name: &str) -> Result<RequiredCheck> {
        let known = RequiredCheck::ALL.into_iter().find(|check| check.name() == name);
        known.ok_or_else(|| {
            Error::usage(format!("unknown check `{}`", visible(name)))
                .hint(format!("Choose from {}.", RequiredCheck::ALL.map(RequiredCheck::name).join(", ")))
        })
    }
}

/// What is to be verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VerifyTarget {
    /// The session's case.
    Case,
    /// A bundle: its folder or its tar.
    Bundle(PathBuf),
    /// The proof of one record.
    Proof(PathBuf),
}

impl VerifyTarget {
    /// Returns the bundle or the proof that a path names; none where it is neither.
    pub fn at(path: &Path) -> Option<VerifyTarget> {
        let path = Some(path).filter(|path| BagReader::is_at(path))?.to_owned();
        Some(if is_record_proof(&path) { VerifyTarget::Proof(path) } else { VerifyTarget::Bundle(path) })
    }
}

/// How thoroughly, and held against what.
#[derive(Debug, Clone)]
pub struct VerifyRequest {
    /// How much of the evidence is read.
    pub depth: Depth,
    /// The checks that have to pass.
    pub require: Vec<RequiredCheck>,
    /// Checkpoints that were kept elsewhere: files with their lines in them.
    pub anchors: Vec<PathBuf>,
    /// Whose signatures are trusted; one of them is then required.
    pub allowed_signers: Option<PathBuf>,
    /// Keys that are not trusted any more.
    pub revoked: Option<PathBuf>,
    /// Certificates of the time-stamp authority.
    pub tsa_ca: Option<PathBuf>,
}

impl VerifyRequest {
    /// Verifies so thoroughly, held against nothing else.
    pub fn new(depth: Depth) -> VerifyRequest {
        VerifyRequest {
            depth,
            require: Vec::new(),
            anchors: Vec::new(),
            allowed_signers: None,
            revoked: None,
            tsa_ca: None,
        }
    }
}

/// What a verification found.
#[derive(Debug)]
pub struct Verification {
    /// The report.
    pub report: VerifyReport,
    /// The required checks that did not pass.
    pub missing: Vec<RequiredCheck>,
}

impl Verification {
    /// Reports whether nothing speaks against it, and every required check passed.
    pub fn is_passed(&self) -> bool {
        self.report.is_sound() && self.missing.is_empty()
    }
}

/// Verifies, and never writes. `progress` is told bytes done and in all.
pub fn verify(
    target: &VerifyTarget,
    request: &VerifyRequest,
    session: &Session,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<Verification> {
    let inputs = trust_inputs(request, session)?;
    let mut require = request.require.clone();
    // Whoever says whose signatures are trusted wants one of them.
    if request.allowed_signers.is_some() && !require.contains(&RequiredCheck::Signed) {
        require.push(RequiredCheck::Signed);
    }
    // Nothing is known to be consistent of which not every byte was read.
    let depth = match request.depth {
        Depth::Quick if require.contains(&RequiredCheck::Consistent) => Depth::Deep,
        depth => depth,
    };
    let report = match target {
        VerifyTarget::Case => verify_case(&session.folder, depth, &inputs, progress),
        VerifyTarget::Bundle(bundle) => verify_bundle(bundle, &inputs, progress),
        VerifyTarget::Proof(proof) => verify_record_proof(proof, &inputs),
    }?;
    let missing = require.into_iter().filter(|check| !check.is_passed(&report.levels)).collect();
    Ok(Verification { report, missing })
}

/// Reads what the verifier supplies.
fn trust_inputs(request: &VerifyRequest, session: &Session) -> Result<TrustInputs> {
    let mut anchors = Vec::new();
    for path in &request.anchors {
        let shown = visible(&path.to_string_lossy());
        let why = || format!("cannot read the anchor {shown}");
        let hint = "Name a file with the line that `vestigo checkpoint` printed.";
        let bytes =
            fs::read_named(path, MOST_ANCHOR).context(why).map_err(|error: Error| error.hint(hint))?;
        let found = Checkpoint::find(&String::from_utf8_lossy(&bytes));
        let found = found.map_err(|error| Error::usage(format!("the anchor {shown}: {error}")).hint(hint))?;
        anchors.extend(found.into_iter().map(|checkpoint| (shown.clone(), checkpoint)));
    }
    if let Some(ca) = request.tsa_ca.as_ref().filter(|ca| !ca.is_file()) {
        return Err(Error::usage(format!("there is no file {}", visible(&ca.to_string_lossy())))
            .hint("Name the certificates of the time-stamp authority, in PEM."));
    }
    let allowed = request.allowed_signers.as_ref();
    let allowed = allowed.map(|path| AllowedSigners::read(path, request.revoked.clone())).transpose()?;
    let (now, home) = (session.clock.now(), session.actor.home.clone());
    Ok(TrustInputs { anchors, allowed, tsa_ca: request.tsa_ca.clone(), now, home })
}
