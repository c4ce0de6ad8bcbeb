import numpy as np


def update_parameters_with_adam(parameters, grads, v, s, t, learning_rate=0.01, beta1=0.9, beta2=0.999, epsilon=1e-8):
    v_hat, s_hat = {}, {}
    for name in list(parameters):
        key = "d" + name
        v[key] = beta1 * v[key] + (1 - beta1) * grads[key]
        s[key] = beta2 * s[key] + (1 - beta2) * grads[key] ** 2
        v_hat[key], s_hat[key] = v[key], s[key] / (1 - beta2**t)
        parameters[name] = parameters[name] - learning_rate * v_hat[key] / (np.sqrt(s_hat[key]) + epsilon)
    return parameters, v, s, v_hat, s_hat
