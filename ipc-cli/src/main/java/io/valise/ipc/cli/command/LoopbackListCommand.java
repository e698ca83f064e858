package io.valise.ipc.cli.command;

import io.valise.ipc.IpcException;
import io.valise.ipc.cli.option.ApplicationName;
import io.valise.ipc.cli.option.CommonOptions;
import io.valise.ipc.cli.option.JsonLine;
import io.valise.ipc.cli.text.Table;
import io.valise.ipc.services.loopback.LoopbackManifest;
import io.valise.ipc.services.loopback.LoopbackManifest.Direction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code ipc loopback list}: the rules and exemptions of all manifests. Confined to one thread. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
@Command(name = "list", description = "Lists rules and exemptions, of all manifests or of one.")
final class LoopbackListCommand implements Callable<Integer> {
    @Mixin
    private CommonOptions common;

    @Parameters(arity = "0..1", paramLabel = "APPLICATION", description = "Only of this one.")
    private @Nullable ApplicationName application;

    @Mixin
    private JsonLine json;

    @Override
    public Integer call() {
        List<LoopbackManifest> manifests = new ArrayList<>();
        boolean damaged = false;
        String only = application == null ? null : application.id();
        for (String id : LoopbackManifest.applicationIds()) {
            if (only == null || only.equals(id)) {
                try {
                    LoopbackManifest.find(id).ifPresent(manifests::add);
                } catch (IpcException e) {
                    damaged = true;
                    common.tell(e.getMessage());
                }
            }
        }
        print(manifests);
        return damaged ? 1 : 0;
    }

    private void print(List<LoopbackManifest> manifests) {
        if (json.isAsked()) {
            json.print("manifests", manifests, LoopbackManifest::toValueSet);
        } else {
            table(manifests).print(common.out());
        }
    }

    /** The rules and exemptions of some manifests. */
    static Table table(List<LoopbackManifest> manifests) {
        Table table = new Table("APPLICATION", "DIRECTION", "PEER", "UNTIL");
        for (LoopbackManifest manifest : manifests) {
            if (!manifest.privateNetworkClientServer()) {
                table.row(manifest.applicationId(), "-", "(none: it lacks privateNetworkClientServer)", "-");
            }
            for (Direction direction : Direction.values()) {
                String word = direction.name().toLowerCase(Locale.ROOT);
                LoopbackManifest.Side side = manifest.side(direction);
                new TreeSet<>(side.applications())
                        .forEach(peer -> table.row(manifest.applicationId(), word, peer, "always"));
                side.exemptUntil()
                        .ifPresent(until ->
                                table.row(manifest.applicationId(), word, "(without an identity)", text(until)));
            }
        }
        return table;
    }

    private static String text(Instant until) {
        if (until.equals(Instant.MAX)) {
            return "always";
        }
        return until.isAfter(Instant.now()) ? until.toString() : until + " (over)";
    }
}
