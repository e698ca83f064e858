package io.valise.ipc.services.launch;

import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.services.files.SharedFile;
import io.valise.ipc.services.files.SharedFiles;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

/** A target with an identity, which takes and returns files. */
final class FileTargetProgram {
    private FileTargetProgram() {}

    public static void main(String[] arguments) throws Exception {
        try (ResultTarget target = ResultTarget.open(AppIdentity.open("acme", "converter"))) {
            try {
                target.report(answer(target));
            } catch (IpcException e) {
                target.report(ValueSet.of("status", e.status().name(), "reason", e.reason()));
            }
        }
    }

    private static ValueSet answer(ResultTarget target) throws IOException {
        ValueSet input = target.input();
        return switch (input.getString("do")) {
            case "share" -> ValueSet.of("file", target.share(Path.of(input.getString("path"))));
            case "redeem" -> ValueSet.of("size", redeemed(target).length);
            case "convert" -> convert(target, Path.of(input.getString("path")));
            default -> caller(target).build();
        };
    }

    private static ValueSet convert(ResultTarget target, Path converted) throws IOException {
        byte[] text = redeemed(target);
        for (int i = 0; i < text.length; i++) {
            text[i] = (byte) Character.toUpperCase(text[i]);
        }
        return caller(target)
                .put("file", target.share(Files.write(converted, text)))
                .build();
    }

    private static byte[] redeemed(ResultTarget target) throws IOException {
        try (SharedFile file =
                SharedFiles.redeem(target.connection(), target.input().getString("file"))) {
            return file.readAll();
        }
    }

    private static ValueSet.Builder caller(ResultTarget target) {
        return ValueSet.builder()
                .put("caller", target.caller().applicationId().orElse("no application"))
                .put("sameUser", target.caller().sameUser())
                .put("pid", target.caller().pid().orElseThrow())
                .put("uri", target.uri().map(URI::toString).orElse("no URI"));
    }
}
