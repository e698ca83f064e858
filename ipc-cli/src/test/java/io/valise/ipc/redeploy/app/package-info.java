/** An application as a container deploys it. */
@NullMarked
package io.valise.ipc.redeploy.app;

import org.jspecify.annotations.NullMarked;
