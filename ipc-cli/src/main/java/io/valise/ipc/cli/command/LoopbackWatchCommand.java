package io.valise.ipc.cli.command;

import io.valise.ipc.ValueSet;
import io.valise.ipc.cli.option.ApplicationName;
import io.valise.ipc.cli.option.CommonOptions;
import io.valise.ipc.cli.option.JsonLine;
import io.valise.ipc.cli.option.WholeNumber;
import io.valise.ipc.cli.servers.LoopbackAdvice;
import io.valise.ipc.cli.text.Table;
import io.valise.ipc.spi.runtime.LoopbackRefusal;
import io.valise.ipc.spi.runtime.LoopbackRefusals;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ipc loopback watch}: refusals as they happen, and the rule that is missing. Confined to one thread. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
@Command(
        name = "watch",
        description = "Shows what loopback access rules refuse as it happens, in all processes, and the missing rule.")
final class LoopbackWatchCommand implements Callable<Integer> {
    private static final long PAUSE_MILLIS = 100;

    @Mixin
    private CommonOptions common;

    @Parameters(arity = "0..1", paramLabel = "APPLICATION", description = "Only what the rules of this one refuse.")
    private @Nullable ApplicationName application;

    @Option(
            names = {"-n", "--count"},
            paramLabel = "N",
            converter = WholeNumber.FromOne.class,
            description = "End after so many refusals.")
    private int count = Integer.MAX_VALUE;

    @Mixin
    private JsonLine json;

    @Override
    public Integer call() throws InterruptedException {
        String only = application == null ? null : application.id();
        try (LoopbackRefusals.Watch watch = LoopbackRefusals.watch()) {
            Thread end = new Thread(watch::close, "ipc-end-of-watch"); // so that an interrupt leaves no file
            Runtime.getRuntime().addShutdownHook(end);
            common.err().println("watching; refusals are shown as they happen");
            common.err().flush();
            // An error: who read it has gone, as head does.
            for (int shown = 0; !common.out().checkError() && shown < count; Thread.sleep(PAUSE_MILLIS)) {
                for (LoopbackRefusal refusal : watch.next()) {
                    if (shown < count && (only == null || only.equals(refusal.application()))) {
                        print(refusal);
                        shown++;
                    }
                }
                if (watch.overflowed()) {
                    common.tell("warning: there were more refusals than can be shown");
                }
            }
            Runtime.getRuntime().removeShutdownHook(end);
        }
        return 0;
    }

    private void print(LoopbackRefusal refusal) {
        Optional<String> remedy =
                LoopbackAdvice.command(refusal.because(), refusal.application(), refusal.inbound(), refusal.peer());
        if (json.isAsked()) {
            json.print(toValueSet(refusal, remedy));
        } else {
            common.out()
                    .println(Table.printable(
                            refusal.at() + "  " + refusal.endpoint() + "  " + refusal.application() + " (pid "
                                    + refusal.pid() + ") refused " + (refusal.inbound() ? "client " : "server ")
                                    + refusal.peer().orElse("without an identity") + ": " + refusal.because()));
            remedy.ifPresent(command -> common.out().println("  to allow it: " + Table.printable(command)));
        }
    }

    private static ValueSet toValueSet(LoopbackRefusal refusal, Optional<String> remedy) {
        ValueSet.Builder told = ValueSet.builder()
                .put("at", refusal.at())
                .put("pid", refusal.pid())
                .put("endpoint", refusal.endpoint())
                .put("application", refusal.application())
                .put("direction", refusal.inbound() ? "in" : "out");
        refusal.peer().ifPresent(id -> told.put("peer", id));
        told.put("because", refusal.because());
        remedy.ifPresent(command -> told.put("toAllow", command));
        return told.build();
    }
}
