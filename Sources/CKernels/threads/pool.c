// The thread pool: short jobs, many times a millisecond.
//
// A job's chunks are dealt to the threads in equal runs, the same run to the same thread each time (so that
// a thread finds its rows in its own cache), and a thread that is done takes from the others' runs. Workers
// enter a job through a gate that the caller closes once nothing is left to take: the caller waits for the
// workers inside, never for one that the system has not woken, so a crowded machine costs no more than the
// work itself.

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "CKernels.h"

enum {
  cache_line = 64,
  // 50 to 100 microseconds of `pause`: longer than the gap between two kernels of a step, far shorter than
  // what a sleeping thread would notice.
  spin_limit = 2000,
};

// The gate: bits 0 to 30 count the workers inside, bit 31 is set while the job is open, and the rest
// numbers the jobs.
static const uint64_t gate_open = 1ull << 31;
static const uint64_t gate_inside = (1ull << 31) - 1;
static const uint64_t gate_job = 1ull << 32;

typedef struct run_of_chunks {
  _Alignas(cache_line) atomic_ptrdiff_t next;
  ptrdiff_t end;
} run_of_chunks;

typedef struct worker {
  ck_pool *pool;
  pthread_t thread;
  int index;
} worker;

struct ck_pool {
  _Alignas(cache_line) atomic_uint_fast64_t gate;
  _Alignas(cache_line) atomic_bool busy;
  atomic_bool stopping;
  atomic_bool caller_sleeps;
  atomic_int sleeping_workers;

  void (*body)(void *context, ptrdiff_t chunk);
  void *context;

  pthread_mutex_t mutex;
  pthread_cond_t job_posted, workers_left;
  int threads, spins;
  worker *workers;
  run_of_chunks *runs;  // [threads]
};

static inline void pause_briefly(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("isb");
#endif
}

static void take_chunks(ck_pool *pool, int index) {
  for (int turn = 0; turn < pool->threads; turn++) {
    run_of_chunks *run = &pool->runs[(index + turn) % pool->threads];
    while (atomic_load_explicit(&run->next, memory_order_relaxed) < run->end) {
      ptrdiff_t chunk = atomic_fetch_add_explicit(&run->next, 1, memory_order_relaxed);
      if (chunk >= run->end) break;
      pool->body(pool->context, chunk);
    }
  }
}

// MARK: - Workers

/// Waits until the gate shows another job than `seen`; returns what it shows.
static uint64_t await_job(ck_pool *pool, uint64_t seen) {
  for (int spin = 0; spin < pool->spins; spin++) {
    uint64_t gate = atomic_load_explicit(&pool->gate, memory_order_acquire);
    if (gate / gate_job != seen) return gate;
    pause_briefly();
  }
  pthread_mutex_lock(&pool->mutex);
  atomic_fetch_add(&pool->sleeping_workers, 1);
  while (atomic_load(&pool->gate) / gate_job == seen) pthread_cond_wait(&pool->job_posted, &pool->mutex);
  atomic_fetch_sub(&pool->sleeping_workers, 1);
  pthread_mutex_unlock(&pool->mutex);
  return atomic_load(&pool->gate);
}

static bool enter(ck_pool *pool, uint64_t gate) {
  uint64_t job = gate / gate_job;
  while ((gate & gate_open) && gate / gate_job == job) {
    if (atomic_compare_exchange_weak(&pool->gate, &gate, gate + 1)) return true;
  }
  return false;
}

static void leave(ck_pool *pool) {
  uint64_t gate = atomic_fetch_sub(&pool->gate, 1) - 1;
  bool last = !(gate & gate_open) && (gate & gate_inside) == 0;
  if (last && atomic_load(&pool->caller_sleeps)) {
    pthread_mutex_lock(&pool->mutex);
    pthread_cond_signal(&pool->workers_left);
    pthread_mutex_unlock(&pool->mutex);
  }
}

static void *work(void *argument) {
  worker *self = argument;
  ck_pool *pool = self->pool;
  uint64_t seen = 0;
  while (true) {
    uint64_t gate = await_job(pool, seen);
    if (atomic_load(&pool->stopping)) return NULL;
    seen = gate / gate_job;
    if (enter(pool, gate)) {
      take_chunks(pool, self->index);
      leave(pool);
    }
  }
}

// MARK: - The caller

static void post_job(ck_pool *pool) {
  // Only the caller writes the job number, and no worker is inside a closed gate: a plain sum is exact.
  uint64_t gate = atomic_load_explicit(&pool->gate, memory_order_relaxed);
  atomic_store(&pool->gate, (gate / gate_job + 1) * gate_job + gate_open);
  if (atomic_load(&pool->sleeping_workers) > 0) {
    pthread_mutex_lock(&pool->mutex);
    pthread_cond_broadcast(&pool->job_posted);
    pthread_mutex_unlock(&pool->mutex);
  }
}

static void close_job(ck_pool *pool) {
  uint64_t gate = atomic_fetch_and(&pool->gate, ~gate_open);
  for (int spin = 0; (gate & gate_inside) != 0 && spin < pool->spins; spin++) {
    pause_briefly();
    gate = atomic_load_explicit(&pool->gate, memory_order_acquire);
  }
  if ((gate & gate_inside) == 0) return;
  pthread_mutex_lock(&pool->mutex);
  atomic_store(&pool->caller_sleeps, true);
  while ((atomic_load(&pool->gate) & gate_inside) != 0) pthread_cond_wait(&pool->workers_left, &pool->mutex);
  atomic_store(&pool->caller_sleeps, false);
  pthread_mutex_unlock(&pool->mutex);
}

void ck_pool_run(ck_pool *pool, ptrdiff_t chunks, void (*body)(void *context, ptrdiff_t chunk),
                 void *context) {
  // Busy: another caller's job, or the one that this call is part of.
  bool alone = chunks <= 1 || pool->threads == 1 || atomic_exchange(&pool->busy, true);
  if (alone) {
    for (ptrdiff_t chunk = 0; chunk < chunks; chunk++) body(context, chunk);
    return;
  }
  pool->body = body;
  pool->context = context;
  ptrdiff_t share = chunks / pool->threads, left_over = chunks % pool->threads, start = 0;
  for (int index = 0; index < pool->threads; index++) {
    atomic_store_explicit(&pool->runs[index].next, start, memory_order_relaxed);
    start += share + (index < left_over ? 1 : 0);
    pool->runs[index].end = start;
  }
  post_job(pool);
  take_chunks(pool, 0);
  close_job(pool);
  atomic_store(&pool->busy, false);
}

// MARK: - Life

int ck_pool_threads(const ck_pool *pool) { return pool->threads; }

ck_pool *ck_pool_create(int threads) {
  if (threads < 1) threads = 1;
  ck_pool *pool = ck_allocate(sizeof(ck_pool));
  *pool = (ck_pool){.threads = threads};
  // With more threads than cores, one that spins takes the core of one that works.
  pool->spins = threads <= ck_physical_cores() ? spin_limit : 0;
  pool->runs = ck_allocate(sizeof(run_of_chunks) * (size_t)threads);
  pool->workers = ck_allocate(sizeof(worker) * (size_t)threads);
  pthread_mutex_init(&pool->mutex, NULL);
  pthread_cond_init(&pool->job_posted, NULL);
  pthread_cond_init(&pool->workers_left, NULL);
  for (int index = 1; index < threads; index++) {
    pool->workers[index] = (worker){.pool = pool, .index = index};
    if (pthread_create(&pool->workers[index].thread, NULL, work, &pool->workers[index]) != 0) {
      pool->threads = index;
      break;
    }
  }
  return pool;
}

void ck_pool_destroy(ck_pool *pool) {
  atomic_store(&pool->stopping, true);
  post_job(pool);
  for (int index = 1; index < pool->threads; index++) pthread_join(pool->workers[index].thread, NULL);
  pthread_cond_destroy(&pool->workers_left);
  pthread_cond_destroy(&pool->job_posted);
  pthread_mutex_destroy(&pool->mutex);
  free(pool->workers);
  free(pool->runs);
  free(pool);
}
