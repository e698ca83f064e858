package io.valise.ipc.services.catalog;

import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.Availability;
import io.valise.ipc.spi.FoundServer;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.runtime.Threads;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One look at the servers of some transports, all at the same time and within one deadline, however many do not answer. For one
 * thread, and one use.
 *
 * <p>All connect before any is asked: so each server counts exactly as many connections of this look as it gives answers. Who
 * needs more than half of the time to connect is asked when it has.
 */
final class Look {
    private static final SafeLog LOG = SafeLog.of(Look.class);
    private static final int AT_ONCE = 256;

    private final long begun = System.nanoTime();
    private final long nanos;
    private final Question question;
    /** Who connects on this machine waits for no one who connects by a network. */
    private final ExecutorService here = Threads.pool("valise-asker", AT_ONCE);

    private final ExecutorService afar = Threads.pool("valise-far-asker", AT_ONCE);
    /** No one who is connected waits for those who connect. */
    private final ExecutorService turns = Threads.pool("valise-turn", AT_ONCE);

    Look(Question question) {
        nanos = TimeUnit.NANOSECONDS.convert(question.timeout()); // or so many as can be counted
        this.question = question;
    }

    /** What a transport lists: its servers, or why there are none. */
    private record Listed(Source source, List<FoundServer> servers, Optional<IpcException> failure) {}

    /** What comes of one server; neither future fails. */
    private record Inquiry(
            Endpoint endpoint,
            boolean far,
            CompletableFuture<Probe> connected,
            CompletableFuture<ServerStatus> answered) {
        String name() {
            return endpoint.name();
        }
    }

    /** The status of each server, in the order of the sources, by name. */
    List<ServerStatus> at(List<Source> sources) {
        List<Inquiry> all = new ArrayList<>();
        List<CompletableFuture<Listed>> lists;
        List<ServerStatus> answers;
        try {
            lists = sources.stream().map(this::list).toList();
            inquire(lists, all);
            answers = all.stream().map(each -> each.answered().join()).toList();
        } finally {
            close(all);
            List.of(here, afar, turns).forEach(ExecutorService::shutdown);
        }
        for (CompletableFuture<Listed> each : lists) {
            Listed list = each.join();
            list.failure().ifPresent(list.source().unlisted());
        }
        return answers.stream().map(each -> each.withoutProbes(answers)).toList();
    }

    private ExecutorService askers(boolean far) {
        return far ? afar : here;
    }

    /** Does not throw where a thread is refused: the future fails. */
    private static <T> CompletableFuture<T> supply(ExecutorService pool, Supplier<T> work) {
        try {
            return CompletableFuture.supplyAsync(work, pool);
        } catch (RuntimeException | OutOfMemoryError refused) {
            return CompletableFuture.failedFuture(refused);
        }
    }

    private CompletableFuture<Listed> list(Source source) {
        return supply(askers(source.isOfNetwork()), () -> listed(source))
                .exceptionally(failure -> unlisted(source, Probe.causeOf(failure)));
    }

    private Listed listed(Source source) {
        Transport transport = source.transport();
        Availability availability = Availability.of(transport);
        if (!availability.available()) {
            return new Listed(
                    source, List.of(), source.isOfNetwork() ? Optional.of(availability.refusal()) : Optional.empty());
        }
        return new Listed(
                source,
                transport.servers(left().toNanos()).stream()
                        .sorted(Comparator.comparing(server -> server.endpoint().name()))
                        .toList(),
                Optional.empty());
    }

    private static Listed unlisted(Source source, Throwable failure) {
        String scheme = source.transport().scheme();
        if (source.isOfNetwork()) {
            return new Listed(
                    source,
                    List.of(),
                    Optional.of(failure instanceof IpcException known ? known : unknown(scheme, failure)));
        }
        LOG.log(Level.WARNING, "the servers of " + scheme + ": cannot be listed: " + failure.getMessage(), failure);
        return new Listed(source, List.of(), Optional.empty());
    }

    private static IpcException unknown(String scheme, Throwable failure) {
        return new IpcException(IpcStatus.UNSUPPORTED, scheme + ": " + failure, Delivery.NOT_SENT, failure);
    }

    /** A network that takes more than half of the time to list its servers keeps no other servers waiting. */
    private void inquire(List<CompletableFuture<Listed>> lists, List<Inquiry> all) {
        List<CompletableFuture<Listed>> late = new ArrayList<>();
        for (CompletableFuture<Listed> list : lists) {
            await(list, half());
            if (list.isDone()) {
                connect(list.join(), all);
            } else {
                late.add(list);
            }
        }
        ask(List.copyOf(all));
        for (CompletableFuture<Listed> list : late) {
            connect(list.join(), all).forEach(this::askWhenConnected);
        }
    }

    private List<Inquiry> connect(Listed list, List<Inquiry> all) {
        int known = all.size();
        boolean far = list.source().isOfNetwork();
        list.servers().forEach(server -> all.add(connect(server, far)));
        return all.subList(known, all.size());
    }

    private Inquiry connect(FoundServer server, boolean far) {
        return new Inquiry(
                server.endpoint(),
                far,
                supply(askers(far), () -> probe(server))
                        .exceptionally(failure -> Probe.failed(server.endpoint(), failure)),
                new CompletableFuture<>());
    }

    private Probe probe(FoundServer server) {
        return System.nanoTime() - begun < nanos
                ? Probe.connect(server, left(), question.asker())
                : new Probe(server.endpoint(), Optional.empty(), IpcStatus.TIMEOUT.toString());
    }

    private void ask(List<Inquiry> all) {
        all.forEach(each -> await(each.connected(), half()));
        Map<Boolean, List<Inquiry>> ready = all.stream()
                .collect(Collectors.partitioningBy(each -> each.connected().isDone()));
        Objects.requireNonNull(ready.get(false)).forEach(this::askWhenConnected);
        Objects.requireNonNull(ready.get(true)).stream()
                .collect(Collectors.groupingBy(Inquiry::name))
                .values()
                .forEach(this::askGroup);
    }

    private void askWhenConnected(Inquiry late) {
        late.connected().thenAccept(connected -> ask(late)).exceptionally(handedOn -> null);
    }

    private void askGroup(List<Inquiry> group) {
        if (group.stream().allMatch(Inquiry::far) || group.size() == 1) {
            group.forEach(this::ask);
            return;
        }
        supply(turns, () -> askInTurn(group)).exceptionally(refused -> {
            group.forEach(this::ask);
            return group;
        });
    }

    /**
     * Addresses of one name here, most likely of one server, are asked one after the other: then each answer counts what this
     * look adds the same every time. One that does not answer keeps the others waiting for a part of the time only. Servers
     * of that name on other machines are many perhaps, and come last, at the same time.
     */
    private List<Inquiry> askInTurn(List<Inquiry> group) {
        List<Inquiry> near = group.stream().filter(each -> !each.far()).toList();
        long turn = left().toNanos() / (2L * (near.size() + 1));
        for (Inquiry each : near) {
            ask(each);
            await(each.answered(), turn);
        }
        group.stream().filter(Inquiry::far).forEach(this::ask);
        return group;
    }

    private void ask(Inquiry inquiry) {
        try {
            inquiry.connected()
                    .join()
                    .ask(question.message(), left())
                    .thenAccept(inquiry.answered()::complete)
                    .exceptionally(failure -> fail(inquiry, failure));
        } catch (RuntimeException | Error e) { // nothing is left unanswered
            fail(inquiry, e);
        }
    }

    private static @Nullable Void fail(Inquiry inquiry, Throwable failure) {
        inquiry.answered().complete(ServerStatus.silent(inquiry.endpoint(), Probe.problem(failure)));
        return null;
    }

    private void close(List<Inquiry> all) {
        all.stream().map(this::close).toList().forEach(CompletableFuture::join);
    }

    private CompletableFuture<Void> close(Inquiry inquiry) {
        return inquiry.connected()
                .thenAcceptAsync(Probe::close, askers(inquiry.far()))
                .exceptionally(refused -> {
                    Threads.run(
                            "closing what asked " + inquiry.endpoint(),
                            () -> inquiry.connected().join().close());
                    return null;
                });
    }

    /** What is left of half of the time, in nanoseconds. */
    private long half() {
        return Math.max(1, nanos / 2 - (System.nanoTime() - begun));
    }

    private Duration left() {
        return Duration.ofNanos(Math.max(TimeUnit.MILLISECONDS.toNanos(1), nanos - (System.nanoTime() - begun)));
    }

    /** An interrupt does not end a look; it stays set. */
    private static void await(CompletableFuture<?> future, long nanos) {
        try {
            future.get(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException | ExecutionException e) {
            LOG.log(Level.DEBUG, "a server that is looked for", e);
        }
    }
}
