package io.valise.ipc.pipes.windows.model;

import java.util.ArrayList;
import java.util.List;

/** A name and its instances. It exists as long as any end of any instance is open. */
final class ModelPipe {
    final String path;
    private final String sddl;
    final int most;
    final List<ModelInstance> instances = new ArrayList<>();

    ModelPipe(String path, String sddl, int most) {
        this.path = path;
        this.sddl = sddl;
        this.most = most;
    }

    /** By the access list, of which two forms are known: for one user, and for all users (WD). */
    boolean admits(String user) {
        return sddl.contains(";;;" + user + ")") || sddl.contains(";;;WD)");
    }

    boolean isServed() {
        return instances.stream().anyMatch(instance -> !instance.server.closed);
    }

    ModelInstance listening() {
        return instances.stream()
                .filter(instance -> instance.client == null && !instance.server.closed)
                .findFirst()
                .orElse(null);
    }
}
