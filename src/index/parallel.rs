//! Segments are searched side by side: none knows of another.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::segment::OpenSegment;
use crate::error::Result;

/// Fewer rows than this are done before another thread has begun.
const WORTH_IT: u64 = 1 << 16;

/// Does work on each segment, and gives the results in the order of the
/// segments; the first failure in that order counts.
pub(super) fn each<'a, T: Send>(
    segments: &[&'a OpenSegment],
    work: impl Fn(&'a OpenSegment) -> Result<T> + Sync,
) -> Result<Vec<T>> {
    let rows: u64 = segments.iter().map(|segment| u64::from(segment.rows)).sum();
    let threads = thread::available_parallelism().map_or(1, usize::from).min(segments.len());
    if threads < 2 || rows < WORTH_IT {
        return segments.iter().map(|segment| work(segment)).collect();
    }
    let next = AtomicUsize::new(0);
    let done: Vec<Mutex<Option<Result<T>>>> = segments.iter().map(|_| Mutex::new(None)).collect();
    let run = || {
        while let Some((segment, slot)) = {
            let i = next.fetch_add(1, Ordering::Relaxed);
            segments.get(i).zip(done.get(i))
        } {
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(work(segment));
        }
    };
    thread::scope(|scope| {
        (1..threads).for_each(|_| drop(scope.spawn(run)));
        run();
    });
    let results = done.into_iter().map(|slot| {
        slot.into_inner()
            .unwrap_or_else(PoisonError::into_inner)
            .expect("every segment was taken by a thread")
    });
    results.collect()
}
