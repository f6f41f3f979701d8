"""A camera for demo and tests: an RTSP server that plays a scene and fails on demand.

with DemoCamera() as camera:  # from tools.demo_camera.server
    listen_to(camera.url)
    camera.fault = Fault.STALL  # from tools.demo_camera.faults
"""
