package io.valise.ipc.cli.command;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.ValueSet;
import io.valise.ipc.cli.option.ApplicationName;
import io.valise.ipc.cli.option.CommandFailure;
import io.valise.ipc.cli.option.CommonOptions;
import io.valise.ipc.cli.option.JsonLine;
import io.valise.ipc.cli.option.TokenArgument;
import io.valise.ipc.cli.text.Table;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.services.files.DurableToken;
import io.valise.ipc.services.files.FileAccessPolicy;
import io.valise.ipc.services.files.SharedFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ipc share}: a file, for the first process that redeems its token whole. Confined to one thread. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
@Command(
        name = "share",
        description = "Shares a file once: prints the token, and ends when a process of this user has all of its bytes."
                + " With --durable it ends at once, and the token stays good for 14 days.",
        subcommands = {ShareCommand.ListDurable.class, ShareCommand.Revoke.class})
final class ShareCommand implements Callable<Integer> {
    /** How long the answer to the reader's confirmation may take. */
    private static final Duration FOR_THE_ANSWER = Duration.ofSeconds(5);

    @Mixin
    private CommonOptions common;

    @Parameters(index = "0", arity = "0..1", paramLabel = "FILE", description = "The file; not a directory.")
    private @Nullable Path file;

    @Option(
            names = "--over",
            paramLabel = "TRANSPORT",
            defaultValue = "any",
            description = "shm, pipe, loopback, or any for all that work (default: ${DEFAULT-VALUE}).")
    private String transport;

    @Option(
            names = {"-t", "--timeout"},
            paramLabel = "TIME",
            defaultValue = "336h",
            description = "How long to wait for that (default: 14 days, ${DEFAULT-VALUE}).")
    private Duration timeout;

    @Option(
            names = "--durable",
            description =
                    "Make a token that needs no running process, and outlives a restart of the machine; then end.")
    private boolean durable;

    @Option(
            names = "--identity",
            paramLabel = "APPLICATION",
            description = "Whose durable token it is (default: ipc): " + ApplicationName.FORMS + ".")
    private @Nullable ApplicationName identity;

    @Option(
            names = "--root",
            paramLabel = "DIRECTORY",
            description = "The file of a durable token has to be below this directory, also when it is redeemed;"
                    + " may be repeated.")
    private List<Path> roots = List.of();

    @Override
    public Integer call() throws InterruptedException {
        Path shared = file;
        if (shared == null) {
            throw common.usageError("Missing required parameter: 'FILE', or list or revoke");
        }
        if (durable) {
            common.out().println(add(durable(), shared, () -> {}));
        } else if (identity != null || !roots.isEmpty()) {
            throw common.usageError("--identity and --root are for --durable");
        } else {
            serve(shared);
        }
        return 0;
    }

    private SharedFiles durable() {
        AppIdentity maker = identity == null ? AppIdentity.open("ipc") : identity.identity();
        try {
            return roots.isEmpty()
                    ? SharedFiles.durable(maker)
                    : SharedFiles.durable(maker, new FileAccessPolicy(roots.toArray(Path[]::new)));
        } catch (IOException e) {
            throw new CommandFailure("--root: " + e + "; is the name right?");
        } catch (IllegalArgumentException e) {
            throw common.usageError("--root: " + e.getMessage());
        }
    }

    private void serve(Path shared) throws InterruptedException {
        common.requirePositive("--timeout", timeout);
        SharedFiles files = new SharedFiles();
        CountDownLatch redeemed = new CountDownLatch(1);
        String token = add(files, shared, redeemed::countDown);
        try (IpcServer server = server(files).start()) {
            String name = server.endpoints().get(0).name();
            common.out().println(transport + ':' + name + RedeemCommand.SEPARATOR + token);
            common.out().flush();
            if (!redeemed.await(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new CommandFailure("the token was not redeemed: limit=" + timeout + "; it is void now");
            }
            server.shutdown(FOR_THE_ANSWER);
        }
        common.err().println("redeemed");
    }

    private static String add(SharedFiles files, Path file, Runnable redeemed) {
        try {
            return files.add(file, redeemed);
        } catch (IOException e) {
            throw new CommandFailure("cannot share " + file + ": " + e + "; is the name right?");
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()));
        }
    }

    private IpcServer.Builder server(SharedFiles files) {
        String name = String.format("share-%08x", ThreadLocalRandom.current().nextInt());
        return files.addTo(IpcServer.builder(transport + ':' + name));
    }

    /** {@code ipc share list}. */
    @Command(
            name = "list",
            description = "Lists the durable tokens of this user's applications by ids, which cannot be redeemed.")
    static final class ListDurable implements Callable<Integer> {
        @Mixin
        private CommonOptions common;

        @Mixin
        private JsonLine json;

        @Override
        public Integer call() {
            List<IpcException> unusable = new ArrayList<>();
            List<DurableToken> all = DurableToken.all(unusable::add);
            unusable.forEach(each -> common.tell(each.getMessage()));
            if (json.isAsked()) {
                json.print("tokens", all, ListDurable::toValueSet);
            } else {
                Table table = new Table("ID", "APPLICATION", "UNTIL", "FILE", "ROOTS");
                all.forEach(each -> table.row(
                        each.id(),
                        each.applicationId(),
                        each.expires().toString(),
                        each.file().map(Path::toString).orElse("(damaged)"),
                        each.roots().isEmpty()
                                ? each.byConsent() ? "(by consent)" : "-"
                                : String.join(" ", roots(each))));
                table.print(common.out());
            }
            return unusable.isEmpty() ? 0 : 1;
        }

        private static List<String> roots(DurableToken token) {
            return token.roots().stream().map(Path::toString).toList();
        }

        private static ValueSet toValueSet(DurableToken token) {
            ValueSet.Builder values = ValueSet.builder()
                    .put("id", token.id())
                    .put("application", token.applicationId())
                    .put("expires", token.expires());
            token.file().ifPresent(file -> values.put("file", file.toString()));
            return values.put("roots", roots(token).toArray(String[]::new))
                    .put("byConsent", token.byConsent())
                    .build();
        }
    }

    /** {@code ipc share revoke}. */
    @Command(name = "revoke", description = "Revokes durable tokens." + TokenArgument.ADVICE)
    static final class Revoke implements Callable<Integer> {
        @Mixin
        private CommonOptions common;

        @Parameters(
                arity = "0..*",
                paramLabel = "TOKEN",
                description = "Its id, as `ipc share list` shows it, or the token itself;" + TokenArgument.ABSENT)
        private List<String> tokens = List.of(TokenArgument.STANDARD_INPUT);

        @Override
        public Integer call() throws IOException {
            List<String> names = new ArrayList<>();
            for (String token : tokens) {
                names.add(TokenArgument.read(token, System.in));
            }
            List<DurableToken> all = DurableToken.all();
            List<DurableToken> found = names.stream() // all of them, before one is revoked
                    .map(name -> all.stream()
                            .filter(each -> each.id().equals(name) || each.id().equals(DurableToken.idOf(name)))
                            .findFirst()
                            .orElseThrow(() -> new CommandFailure("no durable token is outstanding by the name "
                                    + id(name) + "; `ipc share list` shows those that are")))
                    .toList();
            for (DurableToken each : found) {
                String file = each.file().map(Path::toString).orElse("(damaged)");
                common.out()
                        .println((each.revoke() ? "revoked " : "already spent: ") + each.id() + ": "
                                + Table.printable(file));
            }
            return 0;
        }

        /** What is no id may be a token of elsewhere, which errors do not show. */
        private static String id(String name) {
            if (name.isEmpty()) {
                return "\"\"";
            }
            return name.length() <= DurableToken.idOf(name).length() ? name : DurableToken.idOf(name);
        }
    }
}
