//! What surrounds a run: clock, environment, streams. Tests supply their own.

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::app::Actor;
use crate::app::TOOL;
use crate::cli::folders::{Lookup, home};
use crate::error::{Context, Error, Result, visible};
use crate::record::{Clock, SystemClock};

/// Everything a run takes from outside itself.
pub struct Runtime {
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Looks up environment variables.
    pub var: Lookup,
    /// What the system calls the account that runs this; none where it is not
    /// asked, and what the environment claims is taken.
    pub login: Option<String>,
    /// Reads a line that the user types; none where nobody can answer.
    pub typed: Option<fn() -> Option<String>>,
    /// Takes results.
    pub out: Box<dyn Write + Send>,
    /// Takes progress and diagnostics.
    pub err: Box<dyn Write + Send>,
    /// The columns that tables may use; none where nothing cuts them.
    pub width: Option<usize>,
    /// Results go to a terminal.
    pub out_is_terminal: bool,
    /// Diagnostics go to a terminal.
    pub err_is_terminal: bool,
    /// Set when the user wants to stop.
    pub stop: Arc<AtomicBool>,
    /// Signals of the process may be listened to.
    pub signals: bool,
    /// Something was printed as a result.
    pub printed: bool,
    /// The reader of the results went away.
    pub closed: bool,
}

impl Runtime {
    /// Returns the surroundings of the process.
    #[expect(clippy::disallowed_methods, reason = "this is the one place where the environment is read")]
    pub fn real() -> Runtime {
        let out_is_terminal = io::stdout().is_terminal();
        let columns = || std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        let terminal = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        Runtime {
            clock: Arc::new(SystemClock),
            var: Box::new(|name| std::env::var(name).ok().filter(|value| !value.is_empty())),
            login: whoami::fallible::username().ok().filter(|name| !name.is_empty()),
            typed: (io::stdin().is_terminal() && io::stderr().is_terminal()).then_some(typed),
            out: Box::new(io::BufWriter::new(io::stdout())),
            err: Box::new(io::stderr()),
            width: if out_is_terminal { terminal().or_else(columns) } else { columns() },
            out_is_terminal,
            err_is_terminal: io::stderr().is_terminal(),
            stop: Arc::new(AtomicBool::new(false)),
            signals: true,
            printed: false,
            closed: false,
        }
    }

    /// From here on, the first Ctrl-C (or SIGTERM, SIGQUIT) sets `stop`, and the
    /// second ends the process. A terminal that is closed (SIGHUP) sets `stop`
    /// however often it says so: shell and system may both send it. What was ignored
    /// when the process was started (`nohup`) stays ignored.
    pub fn listen(&self) {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
        let asked = Arc::new(AtomicBool::new(false));
        let heard = [SIGINT, SIGTERM, SIGQUIT, SIGHUP].into_iter();
        for signal in heard.filter(|signal| self.signals && !self.is_ignored(*signal)) {
            // Without a handler the signal ends the process: safe, if less polite.
            if signal != SIGHUP {
                let _ = signal_hook::flag::register_conditional_default(signal, Arc::clone(&asked));
                let _ = signal_hook::flag::register(signal, Arc::clone(&asked));
            }
            let _ = signal_hook::flag::register(signal, Arc::clone(&self.stop));
        }
    }

    /// Reports whether a signal was ignored when the process was started (proc(5),
    /// `SigIgn`). Elsewhere than on Linux a process whose diagnostics go to no
    /// terminal is taken for one that `nohup` started.
    fn is_ignored(&self, signal: i32) -> bool {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        match mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()) {
            Some(mask) => mask >> (signal - 1) & 1 == 1,
            None => signal == signal_hook::consts::SIGHUP && !self.err_is_terminal,
        }
    }

    /// Prints a line of results. Whatever it was made of (an argument, a file's name,
    /// a value of the environment), nothing in it acts on a terminal.
    pub fn line(&mut self, text: &str) -> Result<()> {
        let text = harmless(text);
        let written = self.out.write_all(text.as_bytes()).and_then(|()| self.out.write_all(b"\n"));
        self.check(written)
    }

    /// Prints bytes of results as they are.
    pub fn bytes(&mut self, bytes: &[u8]) -> Result<()> {
        let written = self.out.write_all(bytes);
        self.check(written)
    }

    /// Prints what is still held back.
    pub fn flush(&mut self) -> Result<()> {
        let written = self.out.flush();
        let printed = self.printed;
        let outcome = self.check(written);
        self.printed = printed;
        outcome
    }

    /// Asks the user a question; none where nobody can answer.
    pub fn answer(&mut self, question: &str) -> Option<String> {
        let typed = self.typed?;
        write!(self.err, "{}", harmless(question)).and_then(|()| self.err.flush()).ok()?;
        typed()
    }

    /// Prints a line of diagnostics; a failure to do so is ignored.
    pub fn note(&mut self, text: &str) {
        let _ = writeln!(self.err, "{}", harmless(text));
    }

    fn check(&mut self, written: io::Result<()>) -> Result<()> {
        self.printed = true;
        if written.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::BrokenPipe) {
            self.closed = true;
            return Err(Error::case("the reader of the output went away"));
        }
        written.context(|| "cannot write the output".to_owned())
    }

    /// Returns who acts, and the circumstances.
    pub fn actor(&self) -> Actor {
        let claimed = || (self.var)("USER").or_else(|| (self.var)("LOGNAME"));
        let login = self.login.clone().or_else(claimed);
        #[cfg(unix)]
        let login = login.unwrap_or_else(|| format!("uid-{}", rustix::process::getuid().as_raw()));
        #[cfg(not(unix))]
        let login = login.or_else(|| (self.var)("USERNAME")).unwrap_or_else(|| "unknown".to_owned());
        #[cfg(unix)]
        let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
        #[cfg(not(unix))]
        let host = (self.var)("COMPUTERNAME").unwrap_or_else(|| "unknown".to_owned());
        Actor {
            login: visible(&login),
            host: visible(&host),
            through: self.through(),
            ssh: (self.var)("SSH_CONNECTION").map(|connection| visible(&connection)),
            tool: TOOL.to_owned(),
            clock: if self.signals { clock_state() } else { "not asked".to_owned() },
            home: home(&self.var),
        }
    }
}

impl Runtime {
    /// Returns through whom somebody came to this account: the account that logged in,
    /// as the kernel keeps it (proc(5), `loginuid`), and the caller that sudo names.
    fn through(&self) -> Option<String> {
        #[cfg(unix)]
        let own = rustix::process::getuid().as_raw();
        #[cfg(not(unix))]
        let own = 0;
        let logged = std::fs::read_to_string("/proc/self/loginuid").ok().filter(|_| self.signals);
        let logged = logged.and_then(|text| text.trim().parse::<u32>().ok());
        let logged = logged.filter(|uid| *uid != own && *uid != u32::MAX);
        let sudo = (self.var)("SUDO_USER").map(|name| format!("sudo of {}", visible(&name)));
        let logged = logged.map(|uid| format!("login of uid {uid}"));
        let through: Vec<String> = sudo.into_iter().chain(logged).collect();
        (!through.is_empty()).then(|| through.join(", "))
    }
}

/// Reads a line from the terminal.
fn typed() -> Option<String> {
    let mut answer = String::new();
    // At the end of the input nobody has answered.
    let read = io::stdin().read_line(&mut answer).ok()?;
    (read > 0).then(|| answer.trim().to_owned())
}

/// Makes text of several lines harmless; tabs stay, too.
fn harmless(text: &str) -> Cow<'_, str> {
    let plain = |byte: u8| (b' '..0x7f).contains(&byte) || matches!(byte, b'\n' | b'\t');
    if text.bytes().all(plain) {
        return Cow::Borrowed(text);
    }
    let stretches = text.split_inclusive(['\n', '\t']).map(|part| {
        let end = if part.ends_with(['\n', '\t']) { 1 } else { 0 };
        let (inside, end) = part.split_at(part.len() - end);
        visible(inside) + end
    });
    Cow::Owned(stretches.collect())
}

/// Describes whether the machine's clock is synchronized, as far as can be seen locally.
fn clock_state() -> String {
    let known = [
        ("/run/systemd/timesync/synchronized", "synchronised by systemd-timesyncd"),
        ("/run/chrony/chronyd.pid", "kept by chronyd"),
        ("/run/ntpd.pid", "kept by ntpd"),
    ];
    let found = known.iter().find(|(path, _)| std::path::Path::new(path).exists());
    found.map_or("not known to be synchronised", |(_, state)| state).to_owned()
}
