//! Progress on standard error, where a person watches it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::app::Watch;
use crate::cli::args::Globals;
use crate::cli::runtime::Runtime;
use crate::record::thousands;

/// Where a progress bar is: bytes done, bytes in all (0 if unknown), events.
pub type BarPosition = (u64, u64, u64);

/// Runs `work` while a bar shows what `read` returns; silent where nobody watches.
pub fn watched<R>(
    runtime: &Runtime,
    globals: &Globals,
    read: &(dyn Fn() -> BarPosition + Sync),
    work: impl FnOnce() -> R,
) -> R {
    if globals.quiet || !runtime.err_is_terminal {
        return work();
    }
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                show(&bar, read());
                std::thread::park_timeout(Duration::from_millis(100));
            }
            bar.finish_and_clear();
        });
        let result = work();
        done.store(true, Ordering::Relaxed);
        watcher.thread().unpark();
        result
    })
}

/// Runs work that reads evidence again while a bar shows its progress. Where the
/// runtime listens to signals, Ctrl-C stops it.
pub fn watched_bytes<R>(runtime: &Runtime, globals: &Globals, work: impl FnOnce(Watch<'_>) -> R) -> R {
    let (bytes, total) = (AtomicU64::new(0), AtomicU64::new(0));
    let progress = |done, all| {
        bytes.fetch_max(done, Ordering::Relaxed);
        total.store(all, Ordering::Relaxed);
    };
    let read = || (bytes.load(Ordering::Relaxed), total.load(Ordering::Relaxed), 0);
    let watch = Watch { progress: &progress, stop: Some(&runtime.stop) };
    watched(runtime, globals, &read, || work(watch))
}

fn show(bar: &ProgressBar, (done, total, events): BarPosition) {
    if (done, total) == (0, 0) {
        return;
    }
    let known = "{bytes} of {total_bytes}  {bytes_per_sec}  {msg}  {eta} left";
    let template = if total > 0 { known } else { "{bytes}  {bytes_per_sec}  {msg}" };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    if total > 0 {
        bar.set_length(total.max(done));
    }
    bar.set_position(done);
    if events == 0 {
        return;
    }
    let rate = events as f64 / bar.elapsed().as_secs_f64().max(0.001);
    bar.set_message(format!("{} events  {} a second", thousands(events), thousands(rate as u64)));
}
