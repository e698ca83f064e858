/** Applications that are undeployed while their JVM runs on. */
@NullMarked
package io.valise.ipc.redeploy;

import org.jspecify.annotations.NullMarked;
